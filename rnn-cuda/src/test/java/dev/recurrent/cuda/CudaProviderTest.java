package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.spi.Availability.Available;
import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaProviderTest {
  @TempDir private Path folder;

  @Test
  void serviceLoaderFindsIt() {
    assertTrue(
        ServiceLoader.load(BackendProvider.class).stream()
            .anyMatch(provider -> provider.type().equals(CudaProvider.class)));
  }

  @Test
  void namesTheMissingDriver() {
    assertContains(unavailable().reason(), "no NVIDIA driver: found no libcuda.so.1 in 1 folders");
  }

  @Test
  void namesTheMissingDevice() throws IOException {
    var library = create("libcuda.so.1");
    assertContains(unavailable().reason(), library + "), but no device: found no /dev/nvidia0");
  }

  @Test
  void namesTheVariableThatHidesDevices() throws IOException {
    create("libcuda.so.1");
    create("dev/nvidia0");
    var answer = assertInstanceOf(Unavailable.class, provider("-1").probe());
    assertContains(answer.reason(), "CUDA_VISIBLE_DEVICES=-1 hides its devices");
  }

  @Test
  void namesTheMissingLibrariesAndTheFolders() throws IOException {
    create("libcuda.so.1");
    create("dev/nvidia0");
    create("lib/libcublas.so.12");
    create("lib/libnvrtc.so.13");
    var answer = unavailable();
    assertContains(answer.reason(), "no libcublasLt.so.12 and no libnvrtc.so.12 in 1 folders");
    assertContains(answer.reason(), folder.resolve("lib/libnvrtc.so.13") + " is not of CUDA 12");
    assertContains(answer.remedy(), "-Drnn.cuda.libraries=FOLDERS");
  }

  @Test
  void isAvailableWhereAllFilesAre() throws IOException {
    create("libcuda.so.1");
    create("dev/nvidia3");
    for (var name : List.of("libcublasLt.so.12", "libcublas.so.12", "libnvrtc.so.12")) {
      create("lib/" + name);
    }
    var information = create("proc/driver/nvidia/gpus/0000:01:00.0/information");
    Files.writeString(information, "Model: \t\t NVIDIA L4\nIRQ: 12\n");
    var answer = assertInstanceOf(Available.class, provider(null).probe());
    assertEquals("cuda (NVIDIA L4)", answer.device().toString());
  }

  @Test
  void builtinsOfNvrtcAreLoadedBeforeIt() throws IOException {
    create("lib/libnvrtc.so.12");
    var builtins = create("lib/libnvrtc-builtins.so.12.6");
    var files = new CudaLibraries(List.of(folder.resolve("lib"))).find().files();
    assertEquals(List.of(builtins, folder.resolve("lib/libnvrtc.so.12")), files);
  }

  @Test
  void librariesAreSearchedInTheDocumentedOrder() throws IOException {
    create("home/.javacpp/cache/cuda-12.6.jar/org/bytedeco/cuda/linux-x86_64/libcublas.so.12");
    create("venv/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12");
    var environment =
        Map.of(
            "CUDA_HOME", folder.resolve("toolkit").toString(),
            "LD_LIBRARY_PATH", folder.resolve("ld").toString(),
            "VIRTUAL_ENV", folder.resolve("venv").toString());
    var own = folder.resolve("own").toString();
    var folders = CudaLibraries.of(environment, own, folder.resolve("home")).folders();
    var expected =
        List.of(
            "own",
            "toolkit/lib64",
            "ld",
            "home/.javacpp/cache/cuda-12.6.jar/org/bytedeco/cuda/linux-x86_64",
            "venv/lib/python3.12/site-packages/nvidia/cublas/lib");
    assertEquals(
        expected.stream().map(folder::resolve).toList(),
        folders.stream().filter(found -> found.startsWith(folder)).distinct().toList().stream()
            .filter(found -> !found.endsWith("targets/x86_64-linux/lib"))
            .toList());
  }

  @Test
  void openFailsWithReasonAndRemedy() {
    var error =
        assertThrows(
            BackendUnavailableException.class, () -> provider(null).open(BackendOptions.DEFAULT));
    assertContains(String.valueOf(error.getMessage()), "use the backend cpu");
  }

  private static void assertContains(String text, String part) {
    assertTrue(text.contains(part), () -> "expected \"" + part + "\" in: " + text);
  }

  private Path create(String name) throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  private Unavailable unavailable() {
    return assertInstanceOf(Unavailable.class, provider(null).probe());
  }

  private CudaProvider provider(@Nullable String visibleDevices) {
    return new CudaProvider(
        new DriverLibrary("libcuda.so.1", List.of(folder)),
        new GpuFiles(folder, visibleDevices),
        new CudaLibraries(List.of(folder.resolve("lib"))));
  }
}
