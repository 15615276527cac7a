package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.cuda.driver.Resources;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compiles the library kernels and those of every cell of the catalogue for real devices. */
class NvccTest {
  private static final Pattern KERNEL = Pattern.compile("Compiling entry function '(\\w+)'");
  private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");

  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({"sm_80, FLOAT32", "sm_90, FLOAT32", "sm_80, BFLOAT16", "sm_90, FLOAT16"})
  void kernelsCompileToMachineCodeWithoutSpills(String architecture, NumberType type)
      throws IOException, InterruptedException {
    var nvcc = find();
    if (nvcc == null) {
      Emulation.skip("nvcc: found none on the PATH");
      return;
    }
    var source = new StringBuilder(Resources.text("device.cu"));
    source.append(Resources.text("functions.cu")).append(Resources.text("library.cu"));
    for (var cell : Cells.all()) {
      var program = cell.program(CellSizes.of(64, 128));
      source.append(CudaRecurrentKernel.Plans.of(program, type).kernels());
    }
    var file = Files.writeString(folder.resolve("kernels.cu"), source);
    var process =
        new ProcessBuilder(
                nvcc.toString(),
                "-cubin",
                "-std=c++17",
                "-arch=" + architecture,
                "-Xptxas",
                "-v",
                file.toString(),
                "-o",
                folder.resolve("kernels.cubin").toString())
            .redirectErrorStream(true)
            .start();
    var log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), log);
    report(architecture + ", " + type, log);
  }

  /** Prints the registers of the largest kernels. */
  private static void report(String what, String log) {
    int kernels = 0;
    int most = 0;
    String largest = "";
    String kernel = "";
    for (var line : log.lines().toList()) {
      var name = KERNEL.matcher(line);
      var spills = SPILLS.matcher(line);
      var registers = REGISTERS.matcher(line);
      if (name.find()) {
        kernel = name.group(1);
        kernels++;
      } else if (spills.find()) {
        assertEquals("0", spills.group(1), kernel + " spills");
      } else if (registers.find() && Integer.parseInt(registers.group(1)) > most) {
        most = Integer.parseInt(registers.group(1));
        largest = kernel;
      }
    }
    assertTrue(kernels > 50, log);
    System.out.printf(
        "%s: %d kernels, no spills, at most %d registers (%s)%n", what, kernels, most, largest);
  }

  private static @Nullable Path find() {
    var path = System.getenv("PATH");
    for (var entry : (path == null ? "" : path).split(File.pathSeparator, -1)) {
      if (!entry.isEmpty() && Files.isExecutable(Path.of(entry, "nvcc"))) {
        return Path.of(entry, "nvcc");
      }
    }
    return null;
  }
}
