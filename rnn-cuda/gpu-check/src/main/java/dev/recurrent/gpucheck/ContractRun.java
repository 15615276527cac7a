package dev.recurrent.gpucheck;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.recurrent.Backends;
import dev.recurrent.contract.BackendContractTest;
import dev.recurrent.layer.DecoderContract;
import dev.recurrent.layer.LayerContract;
import dev.recurrent.spi.Backend;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.train.ResumeContract;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the suites that every backend passes. */
public final class ContractRun {
  private static final String BACKEND = "gpucheck.backend";

  private ContractRun() {}

  /** Takes the name of the backend. */
  public static void main(String[] arguments) {
    System.setProperty(BACKEND, arguments[0]); // for the classes below, which JUnit creates
    var request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                selectClass(OfBackend.class),
                selectClass(OfLayers.class),
                selectClass(OfDecoders.class),
                selectClass(OfResuming.class))
            .filters(TagFilter.excludeTags("reliability")) // those take hours
            .build();
    var listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    var summary = listener.getSummary();
    summary.printFailuresTo(new PrintWriter(System.out, true, StandardCharsets.UTF_8), 8);
    long passed = summary.getTestsSucceededCount();
    long failed = summary.getTotalFailureCount();
    System.out.printf(
        "%d passed, %d failed, %d skipped%n",
        passed, failed, summary.getTestsAbortedCount() + summary.getTestsSkippedCount());
    System.exit(passed > 0 && failed == 0 ? 0 : 1);
  }

  /** Has a name that the suites lack: theirs would hide it. */
  private static Backend openBackend() {
    return Backends.open(System.getProperty(BACKEND, ""), BackendOptions.DEFAULT);
  }

  /** Is the suite of backends. */
  static class OfBackend extends BackendContractTest {
    @Override
    protected Backend open() {
      return openBackend();
    }

    /** Few, since each is compiled on the spot, and the time on a device is short. */
    @Override
    public int randomCells() {
      return 60;
    }
  }

  /** Is the suite of layers. */
  static class OfLayers extends LayerContract {
    @Override
    protected Backend open() {
      return openBackend();
    }
  }

  /** Is the suite of attention, decoders and decoding. */
  static class OfDecoders extends DecoderContract {
    @Override
    protected Backend open() {
      return openBackend();
    }
  }

  /** Is the suite of training that is resumed. */
  static class OfResuming extends ResumeContract {
    @Override
    protected Backend open() {
      return openBackend();
    }
  }
}
