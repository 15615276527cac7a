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

/**
 * Keeps compiled kernels in a folder, each under the hash of all that it was made from. Files
 * appear whole or not at all, so that several processes may share the folder.
 */
public final class KernelCache {
  /** The property that names another folder than the user's cache folder. */
  public static final String PROPERTY = "rnn.cuda.cache";

  private final Path folder;

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
   * Returns the file of the given ingredients, and makes it if it is not there.
   *
   * @param suffix the end of its name, such as {@code .cubin}
   * @throws UncheckedIOException if it cannot be written
   */
  public Path get(List<String> ingredients, String suffix, Maker maker) {
    var file = folder.resolve(hash(ingredients) + suffix);
    if (Files.isRegularFile(file)) {
      return file;
    }
    try {
      Files.createDirectories(folder, privateFolder());
      var temporary = Files.createTempDirectory(folder, "making");
      try {
        var made = temporary.resolve("file" + suffix);
        maker.make(made);
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary.resolve("file" + suffix));
        Files.delete(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "kernel cache "
              + folder
              + ": cannot be written; name another folder with -D"
              + PROPERTY
              + "=FOLDER",
          e);
    }
    return file;
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
