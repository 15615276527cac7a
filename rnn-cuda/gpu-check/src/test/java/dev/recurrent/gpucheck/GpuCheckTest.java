package dev.recurrent.gpucheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.Backends;
import dev.recurrent.contract.Requirement;
import dev.recurrent.spi.Availability.Unavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Runs the program, in a process as the script starts it. */
class GpuCheckTest {
  @TempDir private Path folder;

  private record Run(int status, String output) {}

  private Run run(String... arguments) throws IOException, InterruptedException {
    return runInto(folder, arguments);
  }

  private static Run runInto(Path out, String... arguments)
      throws IOException, InterruptedException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                GpuCheck.class.getName(),
                "--out",
                out.toString()));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Run(process.waitFor(), text);
  }

  /** A folder without a library stands for a machine without CUDA. */
  @Test
  void withoutTheBackendTheReportSaysWhatIsMissingAndWhatToDo()
      throws IOException, InterruptedException {
    var run = run("--cases", "cases", "--backend", "not-there", "--commit", "abc");
    assertEquals(1, run.status, run.output);
    assertTrue(run.output.contains("cases     SKIPPED"), run.output);
    assertTrue(run.output.contains("got not-there"), run.output);
    var page = Files.readString(folder.resolve("gpu-check.md"));
    assertTrue(page.contains("| contract | SKIPPED |"), page);
    assertTrue(page.contains("**The backend could not run:** expected one of"), page);
    assertTrue(page.contains("Commit abc, 2"), page);
    assertTrue(page.contains("NVRTC: "), page); // of doctor
    var data = JsonMapper.shared().readTree(Files.readString(folder.resolve("gpu-check.json")));
    assertFalse(data.get("passed").asBoolean());
    assertTrue(data.get("about").get("missing").asString().contains("got not-there"));
  }

  @Test
  void partsThatPassAreInBothReports() throws IOException, InterruptedException {
    var some = Files.createDirectory(folder.resolve("some"));
    for (var name : List.of("lstm-i3-h5-l1-b2-t7.safetensors", "clip-norm-a.safetensors")) {
      Files.copy(Path.of("cases", name), some.resolve(name));
    }
    var run =
        run(
            "--cases",
            some.toString(),
            "--backend",
            "cpu",
            "--only",
            "cases,contract,parity,soak",
            "--soak",
            "1");
    assertEquals(0, run.status, run.output);
    var data = JsonMapper.shared().readTree(Files.readString(folder.resolve("gpu-check.json")));
    assertEquals("cpu", data.get("about").get("backend").asString());
    assertEquals("", data.get("about").get("missing").asString());
    assertTrue(data.get("passed").asBoolean());
    var parts = data.get("parts");
    assertEquals("2 passed, 0 failed", parts.get(Part.CASES.ordinal()).get("summary").asString());
    assertEquals("PASSED", parts.get(Part.CONTRACT.ordinal()).get("status").asString());
    assertEquals("PASSED", parts.get(Part.PARITY.ordinal()).get("status").asString());
    assertEquals("PASSED", parts.get(Part.SOAK.ordinal()).get("status").asString());
    assertEquals("SKIPPED", parts.get(Part.TIMINGS.ordinal()).get("status").asString());
  }

  /** All but the timings, on a GPU where one is at hand. */
  @Test
  void everythingPassesOnAGpu() throws IOException, InterruptedException {
    for (var probe : Backends.probeAll()) {
      if (probe.name().equals("cuda") && probe.availability() instanceof Unavailable no) {
        Requirement.isMissing("cuda: " + no.reason(), "cuda", "gpu");
      }
    }
    var run =
        run("--cases", "cases", "--only", "doctor,cases,contract,parity,soak", "--soak", "10");
    assertEquals(0, run.status, run.output);
  }

  @Test
  void aFolderThatCannotBeWrittenIsRefusedBeforeTheWork() throws IOException, InterruptedException {
    var file = Files.createFile(folder.resolve("file"));
    var run = runInto(file.resolve("report"), "--cases", "cases");
    assertEquals(2, run.status, run.output);
    assertTrue(run.output.contains("--out: expected a folder that can be made"), run.output);
    assertFalse(run.output.contains("doctor"), run.output);
  }

  @Test
  void aPartThatFailsFailsTheCheck() throws IOException, InterruptedException {
    var wrong = Files.createDirectory(folder.resolve("wrong"));
    Files.writeString(wrong.resolve("broken.safetensors"), "no case");
    var run = run("--cases", wrong.toString(), "--backend", "cpu", "--only", "cases");
    assertEquals(1, run.status, run.output);
    assertTrue(run.output.contains("FAILED"), run.output);
    assertTrue(
        Files.readString(folder.resolve("gpu-check.md")).contains("0 passed, 1 failed"),
        run.output);
  }
}
