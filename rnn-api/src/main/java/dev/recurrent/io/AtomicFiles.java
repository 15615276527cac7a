package dev.recurrent.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Replaces a file in one step: a reader, or a process that starts after a crash, sees the old
 * content or the new one, never a part.
 *
 * <p>The content goes to a temporary file in the same folder ({@code .<name>.<random>.tmp}), is
 * forced to the disk, and is then moved over the target. When anything fails before the move, the
 * target is as it was and the temporary file is removed; only a killed process can leave one, which
 * {@link #removeLeftovers} removes. A symbolic link is followed. An existing file keeps its POSIX
 * permissions, and the temporary one has them from its first byte.
 *
 * <p>Thread-safe: of several concurrent writes to one file, one wins as a whole.
 */
public final class AtomicFiles {
  private static final int BUFFER_BYTES = 1 << 16;

  private static final Pattern TEMPORARY =
      Pattern.compile("\\..+\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.tmp", Pattern.DOTALL);

  private AtomicFiles() {}

  /** Produces the content of a file. */
  @FunctionalInterface
  public interface ContentWriter {
    /**
     * Writes the whole content to the stream, which is buffered and need not be closed or flushed.
     *
     * @throws IOException when the content cannot be written; the target then stays as it was
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Replaces the file's content by these bytes.
   *
   * @throws IOException when the folder is missing, the file is a folder, or the disk refuses
   */
  public static void write(Path file, byte[] content) throws IOException {
    write(file, out -> out.write(content));
  }

  /**
   * Replaces the file's content by what the writer writes.
   *
   * <p>Whatever the writer throws is passed on after the temporary file is removed. A failed write
   * to the stream fails this call even if the writer hides it, as {@link java.io.PrintWriter} does.
   *
   * @throws IOException when the folder is missing, the file is a folder, the writer throws it, the
   *     thread is interrupted, or the disk refuses
   */
  public static void write(Path file, ContentWriter content) throws IOException {
    Path target = (Files.isSymbolicLink(file) ? linkTarget(file) : file).toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new FileSystemException(file.toString(), null, "expected a file, got a folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new NoSuchFileException(file.toString(), null, "expected an existing folder, got none");
    }
    Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      writeForced(temporary, target, content);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (Unwritable failure) {
      Files.deleteIfExists(temporary);
      throw failure.of(file);
    } catch (Throwable failure) {
      try {
        Files.deleteIfExists(temporary);
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
      throw failure;
    }
    forceFolder(folder);
  }

  /**
   * Removes the temporary files that killed processes have left in a folder. Only for a folder in
   * which no other process writes: the temporary file of a write that is going on would go, too.
   *
   * @return how many there were
   * @throws IOException when the folder cannot be read or a file cannot be removed
   */
  public static int removeLeftovers(Path folder) throws IOException {
    int removed = 0;
    try (var files = Files.newDirectoryStream(folder, ".*.tmp")) {
      for (var file : files) {
        boolean ours = TEMPORARY.matcher(String.valueOf(file.getFileName())).matches();
        if (ours && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(file);
          removed++;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return removed;
  }

  private static void writeForced(Path temporary, Path target, ContentWriter content)
      throws IOException {
    var permissions = permissions(target);
    FileAttribute<?>[] atFirst =
        permissions.isEmpty()
            ? new FileAttribute<?>[0]
            : new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions.get())};
    var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (FileChannel channel = FileChannel.open(temporary, options, atFirst)) {
      if (permissions.isPresent()) { // those that the process's mask has taken away
        Files.setPosixFilePermissions(temporary, permissions.get());
      }
      writeGuarded(Channels.newOutputStream(channel), content);
      channel.force(true);
    }
  }

  /** Writes the whole content to the stream, and fails if any write to the stream failed. */
  static void writeGuarded(OutputStream out, ContentWriter content) throws IOException {
    var guarded = new GuardedStream(out);
    var buffered = new BufferedOutputStream(guarded, BUFFER_BYTES);
    content.writeTo(new UnclosedStream(buffered));
    buffered.flush();
    guarded.throwHiddenFailure();
  }

  /** Resolves a chain of links, the last of which may point to a file that is yet to be made. */
  private static Path linkTarget(Path link) throws IOException {
    Path target = link;
    for (int hops = 0; Files.isSymbolicLink(target); hops++) {
      if (hops == 40) { // Linux's own limit
        throw new FileSystemException(
            link.toString(), null, "expected a file, got a loop of links");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    return target;
  }

  /** Returns the permissions of a file that is there, in a file system that has such. */
  private static Optional<Set<PosixFilePermission>> permissions(Path target) throws IOException {
    var view = Files.getFileAttributeView(target, PosixFileAttributeView.class);
    return view != null && Files.exists(target)
        ? Optional.of(view.readAttributes().permissions())
        : Optional.empty();
  }

  /** Forces the folder's entry to the disk where folders can be opened, which Windows refuses. */
  private static void forceFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The file is complete and in place. Only the moment of the move's durability is unknown, and
      // reporting a failure now would claim, wrongly, that the old content is still there.
    }
  }

  /** Tells what the device refuses, which does not say of which file, from what a writer throws. */
  private static final class Unwritable extends IOException {
    private static final long serialVersionUID = 1;

    Unwritable(IOException cause) {
      super(cause.getMessage(), cause);
    }

    IOException of(Path file) {
      var named = new FileSystemException(file.toString(), null, getMessage());
      named.initCause(getCause());
      return named;
    }
  }

  /** Remembers the first failed write, since print streams swallow it. */
  private static final class GuardedStream extends OutputStream {
    private final OutputStream out;
    private @Nullable IOException failure;

    GuardedStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (ClosedByInterruptException e) {
        failure = e;
        throw e;
      } catch (IOException e) {
        failure = failure == null ? new Unwritable(e) : failure;
        throw failure;
      }
    }

    void throwHiddenFailure() throws IOException {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** Turns close into flush: the file must stay open until it is forced to the disk. */
  private static final class UnclosedStream extends OutputStream {
    private final OutputStream out;

    UnclosedStream(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.flush();
    }
  }
}
