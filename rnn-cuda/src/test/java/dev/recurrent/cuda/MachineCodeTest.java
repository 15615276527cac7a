package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.contract.Requirement;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.cuda.driver.Resources;
import dev.recurrent.cuda.emulated.EmulatedDevice;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jcuda.nvptxcompiler.JNvPTXCompiler;
import jcuda.nvptxcompiler.nvPTXCompilerHandle;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Compiles the library kernels and those of every cell of the catalogue to machine code: by nvcc to
 * PTX, and from there by the PTX compiler that comes with JCuda, which needs no GPU.
 */
class MachineCodeTest {
  private static final Pattern KERNEL =
      Pattern.compile("Compiling entry function '(\\w+)' for '(\\w+)'");
  private static final Pattern SPILLS = Pattern.compile("(\\d+) bytes spill stores");
  private static final Pattern REGISTERS = Pattern.compile("Used (\\d+) registers");

  /** Two blocks of 1024 threads, or eight of 256, use all of a multiprocessor's registers. */
  private static final int MOST_REGISTERS = 64;

  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource
  void kernelsCompileToMachineCodeWithoutSpills(NumberType type)
      throws IOException, InterruptedException {
    var nvcc = find();
    if (nvcc == null) {
      Requirement.isMissing("machine code: found no nvcc on the PATH", "cuda", "nvcc");
      return;
    }
    if (EmulatedDevice.findCompiler() == null) {
      Requirement.isMissing(
          "machine code: nvcc needs a g++ on the PATH, found none", "cuda", "nvcc", "g++");
    }
    var source = new StringBuilder(Resources.text("device.cu"));
    source.append(Resources.text("functions.cu")).append(Resources.text("library.cu"));
    for (var cell : Cells.all()) {
      var program = cell.program(CellSizes.of(64, 128));
      source.append(CudaRecurrentKernel.Plans.of(program, type).kernels());
    }
    var ptx = ptx(nvcc, source.toString());
    var registers = new TreeMap<String, Integer>();
    for (var architecture : new String[] {"sm_80", "sm_90"}) {
      registers.putAll(registers(compile(ptx, architecture)));
    }
    assertTrue(registers.size() > 100, registers::toString);
    record(type, registers);
    registers.forEach(
        (kernel, count) ->
            assertTrue(count <= MOST_REGISTERS, () -> kernel + " takes " + count + " registers"));
  }

  private String ptx(Path nvcc, String source) throws IOException, InterruptedException {
    var file = Files.writeString(folder.resolve("kernels.cu"), source);
    var ptx = folder.resolve("kernels.ptx");
    var process =
        new ProcessBuilder(
                nvcc.toString(),
                "-ptx",
                "-std=c++17",
                "-arch=compute_80",
                file.toString(),
                "-o",
                ptx.toString())
            .redirectErrorStream(true)
            .start();
    var log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), log);
    // The compiler is that of CUDA 12, and refuses what a newer nvcc calls its version.
    return Files.readString(ptx).replaceFirst("\\.version \\d+\\.\\d+", ".version 8.0");
  }

  /** Compiles and returns what the compiler says about each kernel. */
  private static String compile(String ptx, String architecture) {
    JNvPTXCompiler.setExceptionsEnabled(false);
    var compiler = new nvPTXCompilerHandle();
    var text = (ptx + "\0").getBytes(StandardCharsets.US_ASCII);
    assertEquals(0, JNvPTXCompiler.nvPTXCompilerCreate(compiler, text.length, text));
    try {
      var options = new String[] {"--gpu-name=" + architecture, "--verbose"};
      int status = JNvPTXCompiler.nvPTXCompilerCompile(compiler, options.length, options);
      var size = new long[1];
      JNvPTXCompiler.nvPTXCompilerGetErrorLogSize(compiler, size);
      var errors = new byte[(int) size[0] + 1];
      JNvPTXCompiler.nvPTXCompilerGetErrorLog(compiler, errors);
      assertEquals(0, status, () -> new String(errors, StandardCharsets.UTF_8));
      JNvPTXCompiler.nvPTXCompilerGetCompiledProgramSize(compiler, size);
      assertTrue(size[0] > 10_000, "machine code of " + size[0] + " bytes");
      JNvPTXCompiler.nvPTXCompilerGetInfoLogSize(compiler, size);
      var log = new byte[(int) size[0] + 1];
      JNvPTXCompiler.nvPTXCompilerGetInfoLog(compiler, log);
      return new String(log, StandardCharsets.UTF_8);
    } finally {
      JNvPTXCompiler.nvPTXCompilerDestroy(compiler);
    }
  }

  private static Map<String, Integer> registers(String log) {
    var found = new TreeMap<String, Integer>();
    String kernel = "";
    for (var line : log.lines().toList()) {
      var name = KERNEL.matcher(line);
      var spills = SPILLS.matcher(line);
      var registers = REGISTERS.matcher(line);
      if (name.find()) {
        kernel = name.group(2) + " " + name.group(1);
      } else if (spills.find()) {
        assertEquals("0", spills.group(1), kernel + " spills");
      } else if (registers.find()) {
        found.put(kernel, Integer.parseInt(registers.group(1)));
      }
    }
    return found;
  }

  /** Writes the registers of every kernel beside the build's other reports. */
  private static void record(NumberType type, Map<String, Integer> registers) throws IOException {
    var lines = registers.entrySet().stream().map(e -> e.getKey() + " " + e.getValue()).toList();
    var reports = Path.of(System.getProperty("rnn.cuda.cache")).resolveSibling("registers");
    Files.createDirectories(reports);
    Files.write(reports.resolve(type.kernelName() + ".txt"), lines);
    var most = registers.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
    System.out.printf(
        "factors in %s: %d kernels, no spills, at most %d registers (%s)%n",
        type.kernelName(), registers.size(), most.getValue(), most.getKey());
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
