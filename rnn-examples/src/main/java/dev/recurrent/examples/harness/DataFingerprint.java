package dev.recurrent.examples.harness;

import dev.recurrent.data.LabelledImages;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import picocli.CommandLine.ParseResult;

/**
 * Computes what tells whether the files of a run are still the same: a SHA-256 of the options that
 * name them and of the name, length and content of each file, that of an image's label included. In
 * a folder a name, which may be a class, is that within the folder; of a file that is named itself
 * only the suffix counts, so that it may be moved. Symbolic links are followed. Names count by the
 * bytes that the file system has, whatever the locale.
 */
final class DataFingerprint {
  private static final String VERSION = "2:";
  private static final String NO_FILES = "sample";

  private DataFingerprint() {}

  /** Returns that of all files that decide the bits of a run, or {@code sample} for none. */
  static String of(ParseResult parsed) throws IOException {
    var options = GivenOptions.filesByOption(parsed);
    if (options.isEmpty()) {
      return NO_FILES;
    }
    var digest = sha256();
    try (var sink =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
      for (var option : options.entrySet()) {
        sink.writeUTF(option.getKey());
        add(option.getValue(), sink);
      }
    }
    return VERSION + HexFormat.of().formatHex(digest.digest());
  }

  /** Tells whether the files are those of a fingerprint, be it of an earlier version. */
  static boolean fits(String fingerprint, ParseResult parsed) throws IOException {
    boolean earlier = !fingerprint.startsWith(VERSION) && !fingerprint.equals(NO_FILES);
    return fingerprint.equals(earlier ? ofContent(parsed) : of(parsed));
  }

  /** Returns the fingerprint of earlier versions, of contents alone. */
  private static String ofContent(ParseResult parsed) throws IOException {
    var digest = sha256();
    try (var sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      for (var place : GivenOptions.files(parsed)) {
        for (var file : files(place)) {
          copy(file, sink);
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(Path place, DataOutputStream sink) throws IOException {
    boolean folder = Files.isDirectory(place);
    for (var file : files(place)) {
      addFile(folder ? nameWithin(place, file) : suffix(file), file, sink);
    }
    var labels = folder ? null : LabelledImages.labelsOf(place).orElse(null);
    if (labels != null) {
      addFile("labels", labels, sink);
    }
  }

  private static void addFile(String name, Path file, DataOutputStream sink) throws IOException {
    sink.writeUTF(name);
    sink.writeLong(Files.size(file));
    copy(file, sink);
  }

  private static void copy(Path file, OutputStream sink) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      in.transferTo(sink);
    }
  }

  /** Returns the files of a folder by their names within it, or the file itself. */
  private static List<Path> files(Path place) throws IOException {
    try (var found = Files.walk(place, FileVisitOption.FOLLOW_LINKS)) {
      return found
          .filter(Files::isRegularFile)
          .sorted(Comparator.comparing(file -> nameWithin(place, file)))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof FileSystemLoopException loop
          ? new IOException(loop.getFile() + ": expected a folder, got a link to one above it", e)
          : e.getCause();
    }
  }

  /** Writes a name with its bytes in ASCII, as addresses do: a text depends on the locale. */
  private static String nameWithin(Path place, Path file) {
    var from = place.toAbsolutePath().toUri().getRawPath();
    return file.toAbsolutePath().toUri().getRawPath().substring(from.length());
  }

  private static String suffix(Path file) {
    var name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
