package dev.recurrent.bench.nd4j;

import dev.recurrent.spi.Availability;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import dev.recurrent.spi.DeviceInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Properties;

/** Offers the backend {@code nd4j}, which is taken only by name. */
public final class Nd4jProvider implements BackendProvider {
  /** The name by which it is chosen. */
  public static final String NAME = "nd4j";

  private static final String NATIVES =
      "/org/nd4j/linalg/cpu/nativecpu/bindings/linux-x86_64/libnd4jcpu.so";

  private static final String POM = "/META-INF/maven/org.nd4j/nd4j-native/pom.properties";

  /** Creates the provider; called by {@link java.util.ServiceLoader}. */
  public Nd4jProvider() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return -100;
  }

  @Override
  public Availability probe() {
    var machine = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
    var wanted = machine.toLowerCase(Locale.ROOT);
    boolean fits = wanted.equals("linux on amd64") || wanted.equals("linux on x86_64");
    if (!fits || Nd4jProvider.class.getResource(NATIVES) == null) {
      return new Availability.Unavailable(
          "rnn-bench has ND4J's natives for Linux on x86_64, this is " + machine,
          "add nd4j-native, openblas and javacpp with this machine's classifier to rnn-bench",
          null);
    }
    return new Availability.Available(new DeviceInfo(NAME, "ND4J's natives, not yet loaded"));
  }

  @Override
  public Backend open(BackendOptions options) {
    if (probe() instanceof Availability.Unavailable(var reason, var remedy, var cause)) {
      throw new BackendUnavailableException(
          "backend nd4j: " + reason + "; to have it, " + remedy, cause);
    }
    return new Nd4jBackend(options.threads());
  }

  /** Returns the version of ND4J, and of DL4J, which is the same. */
  public static String version() {
    var properties = new Properties();
    try (var in = Nd4jProvider.class.getResourceAsStream(POM)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "of unknown version");
  }
}
