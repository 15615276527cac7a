package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
  private static final byte[] OLD = "old content".getBytes(StandardCharsets.UTF_8);
  private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void writeOldContent() throws IOException {
    file = folder.resolve("history.csv");
    Files.write(file, OLD);
  }

  @Test
  void replacesTheContentAndLeavesNothingElse() throws IOException {
    AtomicFiles.write(file, NEW);
    assertHolds(NEW);
  }

  @Test
  void permissionsHoldFromTheFirstByte() throws IOException {
    var view =
        Files.getFileAttributeView(file, java.nio.file.attribute.PosixFileAttributeView.class);
    assumeTrue(view != null, "no POSIX permissions here");
    for (var permissions : List.of("rw-------", "rw-rw-rw-", "r--r-----")) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
      AtomicFiles.write(
          file,
          out -> {
            try (var files = Files.list(folder)) {
              var temporary = files.filter(f -> !f.equals(file)).findFirst().orElseThrow();
              var its = Files.getPosixFilePermissions(temporary);
              assertEquals(permissions, PosixFilePermissions.toString(its));
            }
            out.write(NEW);
          });
      assertEquals(permissions, PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    }
  }

  @Test
  void whatKilledProcessesLeftIsRemovedAndNothingElse() throws IOException {
    var left = folder.resolve(".history.csv.0fc9d34a-8f39-4a3c-9f61-3ab8a4a1b0c2.tmp");
    Files.write(left, NEW);
    var others = List.of(".x.tmp", "a.0fc9d34a-8f39-4a3c-9f61-3ab8a4a1b0c2.tmp", ".b.1-2.tmp");
    for (var other : others) {
      Files.write(folder.resolve(other), NEW);
    }
    Files.createDirectory(folder.resolve(".c.0fc9d34a-8f39-4a3c-9f61-3ab8a4a1b0c2.tmp"));
    assertEquals(1, AtomicFiles.removeLeftovers(folder));
    assertEquals(0, AtomicFiles.removeLeftovers(folder));
    try (var files = Files.list(folder)) {
      assertEquals(others.size() + 2, files.count());
    }
    // The name that a write in progress has now is of that form.
    assertThrows(
        IOException.class,
        () -> AtomicFiles.write(file, out -> assertEquals(1, AtomicFiles.removeLeftovers(folder))));
  }

  @Test
  void makesAFileThatWasNotThere() throws IOException {
    Files.delete(file);
    AtomicFiles.write(file, NEW);
    assertHolds(NEW);
  }

  @Test
  void keepsTheOldContentVisibleUntilTheNewIsComplete() throws IOException {
    AtomicFiles.write(
        file,
        out -> {
          out.write(NEW);
          out.flush();
          assertArrayEquals(OLD, Files.readAllBytes(file));
        });
    assertHolds(NEW);
  }

  /** Whatever the last thing is that a process does, the file is whole then and on the disk. */
  @Test
  void forcesTheNewFileToTheDiskMovesItInOneStepAndForcesTheFolder() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "needs a system that opens folders");
    var operations = new ArrayList<String>();
    var recording =
        RecordingFiles.recording(
            file,
            (operation, path) -> {
              var what =
                  path.equals(folder) ? "folder" : path.equals(file) ? "target" : "temporary";
              operations.add(operation + " " + what);
              boolean moved = operations.contains("move [ATOMIC_MOVE] target");
              assertDoesNotThrow(
                  () -> assertArrayEquals(moved ? NEW : OLD, Files.readAllBytes(file), operation));
            });
    AtomicFiles.write(recording, NEW);
    assertEquals(
        List.of(
            "write temporary",
            "force temporary",
            "close temporary",
            "move [ATOMIC_MOVE] target",
            "force folder",
            "close folder"),
        operations);
  }

  @Test
  void keepsTheOldFileWhenTheWriterThrows() throws IOException {
    var failures = List.of(new IOException("a"), new IllegalStateException("b"), new Error("c"));
    for (Throwable failure : failures) {
      Throwable thrown =
          assertThrows(
              Throwable.class,
              () ->
                  AtomicFiles.write(
                      file,
                      out -> {
                        out.write(new byte[100_000]);
                        throwAny(failure);
                      }));
      assertSame(failure, thrown);
      assertHolds(OLD);
    }
  }

  @Test
  void forcesAndMovesEvenIfTheWriterClosesTheStream() throws IOException {
    AtomicFiles.write(
        file,
        out -> {
          try (var text = new PrintWriter(out, false, StandardCharsets.UTF_8)) {
            text.print("new");
          }
        });
    assertHolds(NEW);
  }

  @Test
  void failsWhenAPrintWriterHidAFailedWrite() {
    var diskFullOnce =
        new OutputStream() {
          private boolean failed;

          @Override
          public void write(int b) throws IOException {
            if (!failed) {
              failed = true;
              throw new IOException("disk full");
            }
          }
        };
    var failure =
        assertThrows(
            IOException.class,
            () ->
                AtomicFiles.writeGuarded(
                    diskFullOnce,
                    out -> {
                      var text = new PrintWriter(out, false, StandardCharsets.UTF_8);
                      text.print("x".repeat(1_000_000));
                      assertTrue(text.checkError());
                    }));
    assertEquals("disk full", failure.getMessage());
  }

  @Test
  void keepsTheOldFileWhenTheThreadIsInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    assertThrows(IOException.class, () -> AtomicFiles.write(file, NEW));
    assertTrue(Thread.interrupted());
    assertHolds(OLD);
  }

  @Test
  void refusesAFolderAndAMissingFolder() {
    assertThrows(FileSystemException.class, () -> AtomicFiles.write(folder, NEW));
    Path lost = folder.resolve("none").resolve("a.txt");
    var failure = assertThrows(NoSuchFileException.class, () -> AtomicFiles.write(lost, NEW));
    assertEquals(lost + ": expected an existing folder, got none", failure.getMessage());
  }

  @Test
  void keepsThePermissionsOfTheFile() throws IOException {
    assumeTrue(
        folder.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "needs a file system with POSIX permissions");
    var secret = PosixFilePermissions.fromString("rw-------");
    Files.setPosixFilePermissions(file, secret);
    AtomicFiles.write(file, NEW);
    assertEquals(secret, Files.getPosixFilePermissions(file));
  }

  @Test
  void writesThroughASymbolicLink() throws IOException {
    Path link = folder.resolve("latest.csv");
    assumeTrue(linked(link, file.getFileName()), "needs a file system with symbolic links");
    AtomicFiles.write(link, NEW);
    assertTrue(Files.isSymbolicLink(link));
    Files.delete(link);
    assertHolds(NEW);
  }

  @Test
  void refusesALoopOfLinks() throws IOException {
    Path link = folder.resolve("loop");
    assumeTrue(linked(link, link.getFileName()), "needs a file system with symbolic links");
    assertThrows(FileSystemException.class, () -> AtomicFiles.write(link, NEW));
  }

  private static boolean linked(Path link, Path target) throws IOException {
    try {
      Files.createSymbolicLink(link, target);
      return true;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return false;
    }
  }

  private void assertHolds(byte[] content) throws IOException {
    assertArrayEquals(content, Files.readAllBytes(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  private static void throwAny(Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new AssertionError(failure);
    }
  }
}
