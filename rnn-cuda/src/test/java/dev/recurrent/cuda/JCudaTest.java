package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Shows that every call through JCuda hands over what it should, on small libraries that stand in
 * for libcuda, libcublas and libnvrtc. What the real ones do with it only a GPU can show.
 */
class JCudaTest {
  @TempDir private Path folder;

  @Test
  void backendRunsThroughJCuda() throws IOException, InterruptedException {
    boolean linux = System.getProperty("os.name", "").equals("Linux");
    if (EmulatedDevice.findCompiler() == null
        || !linux
        || !System.getProperty("os.arch", "").equals("amd64")) {
      Emulation.skip("JCuda with stand-ins: it needs g++ on an x86-64 Linux");
    }
    var map = copy("fake-cublas.map");
    var libraries =
        List.of(
            build("libcuda.so.1", "fake-cuda.c"),
            build("libcublas.so.12", "fake-cublas.c", "-Wl,--version-script," + map),
            build("libnvrtc.so.12", "fake-nvrtc.c"));
    var emulation = Files.writeString(folder.resolve("emulation.h"), Resources.text("emulation.h"));
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Drnn.cuda.cache=" + folder.resolve("cache"),
                "-cp",
                System.getProperty("java.class.path"),
                FakeGpu.class.getName()));
    libraries.forEach(library -> command.add(library.toString()));
    var builder = new ProcessBuilder(command);
    builder.environment().put("RNN_FAKE_FOLDER", folder.toString());
    builder.environment().put("RNN_FAKE_EMULATION", emulation.toString());
    var output = run(builder);
    assertTrue(output.contains("cuda (Fake GPU, sm_90)"), output);
    assertTrue(output.contains("first launch of a graph"), output);
    assertTrue(output.contains("asked for 2048.0 MiB"), output);
    assertTrue(output.contains("wrong: NVRTC 12.6 for sm_90 refused it:\nfake log"), output);
    assertTrue(output.endsWith("done\n"), output);
  }

  private Path build(String library, String source, String... options)
      throws IOException, InterruptedException {
    var file = folder.resolve(library);
    var command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-o", file.toString()));
    command.add(copy(source).toString());
    command.addAll(List.of("-ldl", "-Wl,-soname," + library));
    command.addAll(List.of(options));
    run(new ProcessBuilder(command));
    return file;
  }

  private Path copy(String name) throws IOException {
    return Files.writeString(folder.resolve(name), Resources.text("fake/" + name));
  }

  private static String run(ProcessBuilder builder) throws IOException, InterruptedException {
    var process = builder.redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
