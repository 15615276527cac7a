package dev.recurrent.examples.run;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * A folder that one training run has for itself while it is open.
 *
 * <p>A lock of the operating system on the file {@code run.lock} keeps other processes out. It ends
 * with its process, however that ends, so a crash leaves no lock behind. The file says for people
 * who holds it; it stays in the folder, since a process could otherwise lock a file that another
 * one has just removed.
 */
public final class RunFolder implements AutoCloseable {
  /** The name of the file that is locked. */
  public static final String LOCK = "run.lock";

  /** Beyond all content: where locks are mandatory, others can still read who holds it. */
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private final Path path;
  private final boolean created;
  private final FileChannel channel;

  private RunFolder(Path path, boolean created) throws IOException {
    this.path = path;
    this.created = created;
    channel =
        FileChannel.open(
            path.resolve(LOCK),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      lock();
      say("process %d on %s trains here since ".formatted(ProcessHandle.current().pid(), host()));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /**
   * Creates a folder {@code name-1}, or of the next number that is free. Of several processes that
   * do so at once each gets one of its own.
   */
  public static RunFolder create(Path parent, String name) throws IOException {
    Files.createDirectories(parent);
    for (int i = 1; ; i++) {
      var folder = parent.resolve(name + "-" + i);
      try {
        Files.createDirectory(folder);
      } catch (FileAlreadyExistsException e) {
        continue;
      }
      return new RunFolder(folder, true);
    }
  }

  /**
   * Takes a folder, which is created if there is none.
   *
   * @throws IOException if another run has it, which the message names
   */
  public static RunFolder take(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return new RunFolder(folder, false);
    }
    var parent = folder.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    boolean created = true;
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
      created = false; // by another process, just now
    }
    return new RunFolder(folder, created);
  }

  /** Returns where the folder is. */
  public Path path() {
    return path;
  }

  private void lock() throws IOException {
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      lock = null; // a run of this very process has it
    } catch (IOException e) {
      System.getLogger("dev.recurrent")
          .log(
              System.Logger.Level.WARNING,
              "%s: this file system has no locks (%s): take care that no other run uses the folder"
                  .formatted(path.resolve(LOCK), e.getMessage()));
      return;
    }
    if (lock == null) {
      throw new IOException(
          "%s: expected a folder that no run is using, got one in use: %s; wait for it, stop it, or take another folder with --out"
              .formatted(path, holder()));
    }
  }

  private String holder() throws IOException {
    var content = ByteBuffer.allocate(400);
    channel.read(content, 0);
    return UTF_8.decode(content.flip()).toString().strip();
  }

  private void say(String what) {
    var now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    try {
      channel.truncate(0);
      channel.write(UTF_8.encode(what + now + "\n"), 0);
    } catch (IOException e) {
      // On a full disk the lock holds all the same: the text is for people.
    }
  }

  private static String host() {
    try {
      // Asks no name server, which Java's own way may do.
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException none) {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (IOException e) {
        return "this machine";
      }
    }
  }

  /** Frees the folder; removes it if it was created for this run and nothing was written to it. */
  @Override
  public void close() throws IOException {
    try (channel) {
      if (!created || !removed()) {
        say("no run since ");
      }
    }
  }

  private boolean removed() throws IOException {
    try (var files = Files.list(path)) {
      if (files.anyMatch(file -> !file.endsWith(LOCK))) {
        return false;
      }
    }
    try {
      Files.delete(path.resolve(LOCK));
      Files.delete(path);
    } catch (DirectoryNotEmptyException | NoSuchFileException e) {
      // Somebody else is at work there, too.
    }
    return true;
  }
}
