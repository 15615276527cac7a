package dev.recurrent.cuda.jcuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.recurrent.cuda.InstalledNvrtc;
import dev.recurrent.cuda.driver.KernelCompilationException;
import dev.recurrent.cuda.driver.Nvrtc;
import dev.recurrent.cuda.driver.Nvrtc.Job;
import dev.recurrent.cuda.driver.Nvrtc.Output;
import dev.recurrent.cuda.driver.Resources;
import java.util.List;
import java.util.stream.Stream;
import jcuda.nvrtc.JNvrtc;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Compares the two bindings of NVIDIA's NVRTC. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JCudaNvrtcTest {
  private Nvrtc foreign;
  private Nvrtc jcuda;

  @BeforeAll
  void load() {
    foreign = InstalledNvrtc.open(12);
    JNvrtc.setExceptionsEnabled(false);
    jcuda = new JCudaNvrtc();
  }

  @Test
  void bothBindingsGiveTheSame() {
    var source = new StringBuilder();
    for (var name : List.of("device.cu", "functions.cu", "library.cu")) {
      source.append(Resources.text(name));
    }
    assertEquals(foreign.version(), jcuda.version());
    assertArrayEquals(foreign.architectures(), jcuda.architectures());
    var cubin = new Job("library", source.toString(), Output.CUBIN, "--gpu-architecture=sm_90");
    assertArrayEquals(foreign.compile(cubin), jcuda.compile(cubin));
    var ptx = new Job("library", source.toString(), Output.PTX, "--gpu-architecture=compute_90");
    assertArrayEquals(foreign.compile(ptx), jcuda.compile(ptx));
  }

  @Test
  void bothBindingsCarryTheLog() {
    var job = new Job("wrong", "__global__ void a() { b(); }", Output.CUBIN);
    var messages =
        Stream.of(foreign, jcuda)
            .map(
                binding ->
                    assertThrows(KernelCompilationException.class, () -> binding.compile(job))
                        .getMessage()
                        .strip())
            .toList();
    assertEquals(messages.get(0), messages.get(1));
  }
}
