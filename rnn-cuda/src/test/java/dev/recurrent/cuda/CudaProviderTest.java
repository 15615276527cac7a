package dev.recurrent.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.recurrent.spi.Availability.Unavailable;
import dev.recurrent.spi.BackendOptions;
import dev.recurrent.spi.BackendProvider;
import dev.recurrent.spi.BackendUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
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
  void namesTheMissingDriverWhereThereIsNone() {
    var answer = unavailable();
    assertTrue(
        answer.reason().startsWith("no NVIDIA driver: found no libcuda.so.1"), answer::reason);
  }

  @Test
  void saysThatOnlyTheProbeIsThereWhereTheDriverIs() throws IOException {
    var library = Files.createFile(folder.resolve("libcuda.so.1"));
    var answer = unavailable();
    assertTrue(answer.reason().contains(library.toString()), answer::reason);
    assertTrue(answer.reason().contains("has only a probe"), answer::reason);
    assertEquals("use the backend cpu meanwhile", answer.remedy());
  }

  @Test
  void openFailsWithReasonAndRemedy() {
    var error =
        assertThrows(
            BackendUnavailableException.class, () -> provider().open(BackendOptions.DEFAULT));
    assertTrue(
        String.valueOf(error.getMessage()).contains("use the backend cpu"), error::getMessage);
  }

  private Unavailable unavailable() {
    return assertInstanceOf(Unavailable.class, provider().probe());
  }

  private CudaProvider provider() {
    return new CudaProvider(new DriverLibrary("libcuda.so.1", List.of(folder)));
  }
}
