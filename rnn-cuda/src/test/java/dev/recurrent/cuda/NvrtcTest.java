package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.cell.CellDefinition;
import dev.recurrent.cell.CellSizes;
import dev.recurrent.cell.Cells;
import dev.recurrent.cuda.driver.KernelCache;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.KernelSource;
import dev.recurrent.cuda.driver.NumberType;
import dev.recurrent.cuda.driver.Nvrtc;
import dev.recurrent.cuda.driver.NvrtcCompiler;
import dev.recurrent.cuda.driver.Resources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Compiles kernels by NVIDIA's NVRTC, which needs no GPU. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NvrtcTest {
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  @TempDir private Path folder;
  private Nvrtc nvrtc;

  @BeforeAll
  void load() {
    nvrtc = InstalledNvrtc.open();
    System.out.println("NVRTC " + nvrtc.version());
  }

  private byte[] compile(int capability, String name, String text) throws IOException {
    var compiler = new NvrtcCompiler(nvrtc, capability, new KernelCache(folder));
    return Files.readAllBytes(
        compiler.compile(new KernelSource(name, Resources.text(Primitives.FUNCTIONS) + text)));
  }

  static List<CellDefinition> cells() {
    return Cells.all();
  }

  /** Of all devices that are of compute capability 7.5 or more. */
  @ParameterizedTest
  @ValueSource(ints = {75, 80, 86, 89, 90, 100, 120})
  void libraryBecomesMachineCode(int capability) throws IOException {
    if (Arrays.stream(nvrtc.architectures()).anyMatch(a -> a == capability)) {
      var code = compile(capability, "library.cu", Resources.text("library.cu"));
      assertArrayEquals(ELF, Arrays.copyOf(code, 4));
    }
  }

  @ParameterizedTest
  @MethodSource("cells")
  void everyCellBecomesMachineCode(CellDefinition cell) throws IOException {
    for (var type : NumberType.values()) {
      var kernels =
          CudaRecurrentKernel.Plans.of(cell.program(CellSizes.of(64, 128)), type).kernels();
      assertArrayEquals(ELF, Arrays.copyOf(compile(90, cell.name(), kernels), 4));
    }
  }

  /** The driver compiles it further. */
  @Test
  void aDeviceNewerThanNvrtcGetsPtx() throws IOException {
    int newest = Arrays.stream(nvrtc.architectures()).max().orElseThrow();
    var ptx = compile(newest + 1, "library.cu", Resources.text("library.cu"));
    assertEquals(0, ptx[ptx.length - 1]);
    assertTrue(new String(ptx, StandardCharsets.US_ASCII).contains(".entry fill"));
  }

  @Test
  void wrongSourceIsRefusedWithTheLog() {
    var e =
        assertThrows(
            KernelCompilationException.class,
            () -> compile(90, "wrong", "KERNEL(a) { not_there(); }"));
    assertTrue(e.getMessage().startsWith("wrong: NVRTC " + nvrtc.version()), e::getMessage);
    assertTrue(e.getMessage().contains("\"not_there\" is undefined"), e::getMessage);
  }
}
