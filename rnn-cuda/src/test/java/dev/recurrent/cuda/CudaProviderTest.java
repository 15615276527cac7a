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
import java.util.stream.Stream;
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
    var answer = unavailable();
    assertContains(
        answer.reason(),
        "found no libcublasLt.so.12 or libcublasLt.so.13 with libcublas.so.12 or libcublas.so.13,"
            + " and no libnvrtc.so.12 or libnvrtc.so.13 in 1 folders");
    assertContains(answer.remedy(), "-Drnn.cuda.libraries=FOLDERS");
  }

  @Test
  void isAvailableWhereAllFilesAre() throws IOException {
    create("libcuda.so.1");
    create("dev/nvidia3");
    createAll("lib", 12);
    var information = create("proc/driver/nvidia/gpus/0000:01:00.0/information");
    Files.writeString(information, "Model: \t\t NVIDIA L4\nIRQ: 12\n");
    var answer = assertInstanceOf(Available.class, provider(null).probe());
    assertEquals("cuda (NVIDIA L4)", answer.device().toString());
  }

  @Test
  void cuda13AloneIsEnough() throws IOException {
    create("libcuda.so.1");
    create("dev/nvidia0");
    createAll("lib", 13);
    assertInstanceOf(Available.class, provider(null).probe());
  }

  @Test
  void cuda12IsPreferredAndBoundByJCuda() throws IOException {
    createAll("a", 13);
    createAll("b", 12);
    var found = find(List.of(), "a", "b").choice(folder.resolve("libcuda.so.1"));
    assertEquals(folder.resolve("b/libcublas.so.12") + ", by JCuda", found.cublas().toString());
    assertEquals(folder.resolve("b/libnvrtc.so.12") + ", by JCuda", found.nvrtc().toString());
    assertEquals(
        List.of(folder.resolve("libcuda.so.1"), folder.resolve("b/libcublasLt.so.12")),
        found.preload());
  }

  @Test
  void foldersThatTheUserNamesComeBeforeThePreferredVersion() throws IOException {
    createAll("a", 13);
    createAll("b", 12);
    var found = find(List.of(folder.resolve("a")), "b").choice(folder.resolve("libcuda.so.1"));
    assertEquals(
        folder.resolve("a/libcublas.so.13") + ", by java.lang.foreign", found.cublas().toString());
    assertEquals(13, found.nvrtc().version());
  }

  @Test
  void eachLibraryIsOfTheBestVersionThatIsWhole() throws IOException {
    createAll("a", 13);
    create("b/libcublas.so.12"); // without libcublasLt
    create("b/libnvrtc.so.12");
    var found = find(List.of(), "a", "b").choice(folder.resolve("libcuda.so.1"));
    assertEquals(13, found.cublas().version());
    assertEquals(12, found.nvrtc().version());
  }

  @Test
  void builtinsOfNvrtcAreLoadedBeforeIt() throws IOException {
    create("lib/libnvrtc.so.13");
    var builtins = create("lib/libnvrtc-builtins.so.13.0");
    create("lib/libnvrtc-builtins.so.12.6");
    assertEquals(List.of(builtins), find(List.of(), "lib").preload());
  }

  @Test
  void findingsNameWhatIsThereAndWhatIsNot() throws IOException {
    var library = create("libcuda.so.1");
    create("lib/libnvrtc.so.13");
    var findings = provider(null).findings();
    assertEquals("driver: " + library, findings.get(0));
    assertEquals("device: none", findings.get(1));
    assertEquals("cuBLAS: none", findings.get(2));
    assertEquals(
        "NVRTC: " + folder.resolve("lib/libnvrtc.so.13") + ", by java.lang.foreign",
        findings.get(3));
    assertContains(findings.get(4), "kernel cache: ");
  }

  @Test
  void versionOfTheDriverIsAmongTheFindings() throws IOException {
    var library = create("libcuda.so.1");
    for (var line :
        List.of(
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC",
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.15  Release Build")) {
      var file = folder.resolve("proc/driver/nvidia/version");
      Files.createDirectories(file.getParent());
      Files.writeString(file, line + "\nGCC version:  gcc version 12.2.0 (Debian)\n");
      var findings = provider(null).findings();
      assertEquals("driver: " + library + ", version 550.54.15", findings.get(0));
    }
  }

  private void createAll(String name, int version) throws IOException {
    for (var library : List.of("libcublasLt.so.", "libcublas.so.", "libnvrtc.so.")) {
      create(name + "/" + library + version);
    }
  }

  private CudaLibraries.Result find(List<Path> named, String... others) {
    return new CudaLibraries(named, Stream.of(others).map(folder::resolve).toList()).find();
  }

  @Test
  void librariesAreSearchedInTheDocumentedOrder() throws IOException {
    create("home/.javacpp/cache/cuda-12.6.jar/org/bytedeco/cuda/linux-x86_64/libcublas.so.12");
    create(
        "home/.javacpp/cache/cuda-redist-12.9.jar/org/bytedeco/cuda/linux-x86_64/libnvrtc.so.12");
    create("venv/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12");
    var environment =
        Map.of(
            "CUDA_HOME", folder.resolve("toolkit").toString(),
            "LD_LIBRARY_PATH", folder.resolve("ld").toString(),
            "VIRTUAL_ENV", folder.resolve("venv").toString());
    var own = folder.resolve("own").toString();
    var folders = CudaLibraries.of(environment, own, folder.resolve("home")).all();
    var expected =
        List.of(
            "own",
            "toolkit/lib64",
            "ld",
            "home/.javacpp/cache/cuda-12.6.jar/org/bytedeco/cuda/linux-x86_64",
            "home/.javacpp/cache/cuda-redist-12.9.jar/org/bytedeco/cuda/linux-x86_64",
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
        new CudaLibraries(List.of(), List.of(folder.resolve("lib"))));
  }
}
