package dev.recurrent.cuda.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A folder of compiled kernels, each under the hash of all that it was made from, with a checksum
 * (CRC-32C) of it beside it. Files appear whole or not at all, so that several processes may share
 * the folder; one that is damaged is made anew. Where the folder cannot be written, kernels are
 * made in a temporary one, after a warning. Safe for use by several threads.
 */
public final class KernelCache {
  /** The property that names another folder than the user's cache folder. */
  public static final String PROPERTY = "rnn.cuda.cache";

  private static final System.Logger LOGGER = System.getLogger("dev.recurrent");

  private final Path folder;
  private @Nullable Path temporaryFolder; // once the folder has turned out not to be writable

  /** Uses the given folder, which is made when it is first needed. */
  public KernelCache(Path folder) {
    this.folder = folder;
  }

  /** Uses the folder that {@link #PROPERTY} names, or one in the user's cache folder. */
  public static KernelCache ofUser() {
    var named = System.getProperty(PROPERTY);
    if (named != null && !named.isEmpty()) {
      return new KernelCache(Path.of(named));
    }
    return new KernelCache(
        cacheOf(System.getenv(), System.getProperty("user.home"))
            .resolve("recurrent")
            .resolve("cuda"));
  }

  /** Java knows no home of a user without an entry in the system's list, as in some containers. */
  static Path cacheOf(Map<String, String> environment, String home) {
    var caches = environment.get("XDG_CACHE_HOME");
    if (caches != null && Path.of(caches).isAbsolute()) {
      return Path.of(caches);
    }
    var own = Path.of(home).isAbsolute() ? home : environment.getOrDefault("HOME", home);
    return Path.of(own, ".cache");
  }

  /** Returns the folder, which need not be there yet. */
  public Path folder() {
    return folder;
  }

  /** Makes a file. */
  public interface Maker {
    /** Writes the file, which does not exist yet. */
    void make(Path file) throws IOException;
  }

  /**
   * Returns the file of the given ingredients, and makes it if it is not there or is damaged.
   *
   * @param suffix the end of its name, such as {@code .cubin}
   * @throws UncheckedIOException if it cannot be written, in a temporary folder either
   */
  public synchronized Path get(List<String> ingredients, String suffix, Maker maker) {
    var name = hash(ingredients) + suffix;
    var file = folder.resolve(name);
    if (isWhole(file)) {
      return file;
    }
    try {
      if (temporaryFolder == null) {
        try {
          Files.createDirectories(folder, privateFolder());
          return make(file, Files.createTempDirectory(folder, "making"), maker);
        } catch (IOException e) {
          warn(e);
          temporaryFolder = newTemporaryFolder();
        }
      }
      var temporary = temporaryFolder.resolve(name);
      return isWhole(temporary) ? temporary : make(temporary, temporaryFolder, maker);
    } catch (IOException e) {
      throw new UncheckedIOException("temporary folder: cannot be written", e);
    }
  }

  private void warn(IOException failure) {
    LOGGER.log(
        System.Logger.Level.WARNING,
        "kernel cache {0}: cannot be written ({1}), so that kernels are compiled each time; -D{2}"
            + "=FOLDER names another folder",
        folder,
        failure,
        PROPERTY);
  }

  private static Path newTemporaryFolder() throws IOException {
    var made = Files.createTempDirectory("recurrent-kernels"); // for this user only
    made.toFile().deleteOnExit();
    return made;
  }

  private Path make(Path file, Path making, Maker maker) throws IOException {
    var made = making.resolve("file" + extension(file));
    var sum = making.resolve("sum");
    try {
      maker.make(made);
      Files.writeString(sum, checksum(made));
      Files.move(sum, sumOf(file), StandardCopyOption.ATOMIC_MOVE);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(sum);
      if (making.equals(temporaryFolder)) {
        sumOf(file).toFile().deleteOnExit();
        file.toFile().deleteOnExit();
      } else {
        Files.delete(making);
      }
    }
    return file;
  }

  /** Tells whether a file is there and is the one that was made. */
  private static boolean isWhole(Path file) {
    try {
      return Files.isRegularFile(file)
          && Files.isRegularFile(sumOf(file))
          && Files.readString(sumOf(file)).equals(checksum(file));
    } catch (IOException e) {
      return false; // it is made anew, or else that fails for the same reason and says so
    }
  }

  private static Path sumOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".crc32c");
  }

  private static String extension(Path file) {
    var name = file.getFileName().toString();
    return name.substring(name.lastIndexOf('.'));
  }

  private static String checksum(Path file) throws IOException {
    var sum = new CRC32C();
    sum.update(Files.readAllBytes(file));
    return "%08x".formatted(sum.getValue());
  }

  private FileAttribute<?>[] privateFolder() {
    boolean posix = folder.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static String hash(List<String> ingredients) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      for (var ingredient : ingredients) {
        var bytes = ingredient.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 20);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
