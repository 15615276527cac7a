package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.contract.Requirement;
import dev.recurrent.cuda.driver.LibraryChoice.Binding;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Shows that every call through JCuda and through java.lang.foreign hands over what it should, on
 * small libraries that stand in for libcuda, libcublas and libnvrtc. What the real ones do with it
 * only a GPU can show.
 */
class BindingsTest {
  @TempDir private Path folder;
  private int driver = 13000;

  @ParameterizedTest
  @CsvSource({
    "12, JCUDA, 9, FP32 TF32 BF16 FP16",
    "12, JCUDA, 10, FP32",
    "12, FOREIGN, 9, FP32",
    "13, FOREIGN, 9, FP32 TF32 BF16 FP16",
    "13, FOREIGN, 10, FP32"
  })
  void backendRunsOnStandIns(int version, Binding binding, int capability, String precisions)
      throws IOException, InterruptedException {
    var output = run(version, binding, capability, precisions);
    assertTrue(output.contains("cuda (Fake GPU, sm_" + capability + "0, driver of CUDA "), output);
    assertTrue(output.contains("first launch of a graph"), output);
    assertTrue(output.contains("asked for 2048.0 MiB"), output);
    assertTrue(output.contains("wrong: NVRTC 12.6 refused it:\nfake log"), output);
    assertTrue(output.contains("lost: cuLaunchKernel fill: CUDA_ERROR_LAUNCH_FAILED"), output);
    assertTrue(output.contains("serves this process no more"), output);
    assertTrue(output.endsWith("done\n"), output);
  }

  @Test
  void precisionThatTheDeviceLacksIsRefused() throws IOException, InterruptedException {
    var output = run(12, Binding.JCUDA, 7, "BF16");
    var message = "precision bf16: expected compute capability 80 or higher, got 70";
    assertTrue(output.contains(message), output);
  }

  @Test
  void librariesThatAreNewerThanTheDriverAreRefused() throws IOException, InterruptedException {
    requireCompiler();
    buildLibraries(13);
    driver = 12040;
    var output = start(13, Binding.FOREIGN, 7, "BF16");
    assertTrue(
        output.contains(
            "driver: expected one that supports CUDA 13 for "
                + folder.resolve("libcublas.so.13")
                + ", got one of CUDA 12.4; update it, or install CUDA 12:"),
        output);
  }

  /** As JCuda's bindings can be tested on a machine that has CUDA 13 alone. */
  @Test
  void jcudaRunsOnCuda13ThroughForwarders() throws IOException, InterruptedException {
    requireCompiler();
    buildLibraries(13);
    forward("libJCublas2", "libcublas.so.12");
    forward("libJNvrtc", "libnvrtc.so.12");
    var output = start(12, Binding.JCUDA, 9, "FP32");
    assertTrue(output.endsWith("done\n"), output);
  }

  private void forward(String jni, String library) throws IOException, InterruptedException {
    var name = jni + "-12.6.0-linux-x86_64.so";
    var file = folder.resolve(name);
    try (var in = Objects.requireNonNull(getClass().getResourceAsStream("/lib/" + name))) {
      Files.copy(in, file);
    }
    var script = "src/test/forwarder/make-forwarder";
    var out = folder.resolve(library).toString();
    run(new ProcessBuilder(script, file.toString(), library, out));
  }

  private static void requireCompiler() {
    boolean linux = System.getProperty("os.name", "").equals("Linux");
    if (EmulatedDevice.findCompiler() == null
        || !linux
        || !System.getProperty("os.arch", "").equals("amd64")) {
      Requirement.isMissing("JCuda with stand-ins: it needs g++ on an x86-64 Linux", "cuda", "g++");
    }
  }

  private String run(int version, Binding binding, int capability, String precisions)
      throws IOException, InterruptedException {
    requireCompiler();
    buildLibraries(version);
    return start(version, binding, capability, precisions);
  }

  private void buildLibraries(int version) throws IOException, InterruptedException {
    build("libcuda.so.1", "fake-cuda.c");
    var map = copy("fake-cublas.map");
    build("libcublas.so." + version, "fake-cublas.c", "-Wl,--version-script," + map);
    build("libnvrtc.so." + version, "fake-nvrtc.c");
  }

  private String start(int version, Binding binding, int capability, String precisions)
      throws IOException, InterruptedException {
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
                FakeGpu.class.getName(),
                folder.toString(),
                String.valueOf(version),
                binding.name(),
                precisions));
    var builder = new ProcessBuilder(command);
    builder.environment().put("RNN_FORWARD_FOLDER", folder.toString());
    builder.environment().put("RNN_FAKE_CAPABILITY", String.valueOf(capability));
    builder.environment().put("RNN_FAKE_DRIVER", String.valueOf(driver));
    builder.environment().put("RNN_FAKE_FOLDER", folder.toString());
    builder.environment().put("RNN_FAKE_EMULATION", emulation.toString());
    return run(builder);
  }

  private void build(String library, String source, String... options)
      throws IOException, InterruptedException {
    var file = folder.resolve(library);
    var command = new ArrayList<>(List.of("gcc", "-shared", "-fPIC", "-o", file.toString()));
    command.add(copy(source).toString());
    command.addAll(List.of("-ldl", "-Wl,-soname," + library));
    command.addAll(List.of(options));
    run(new ProcessBuilder(command));
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
