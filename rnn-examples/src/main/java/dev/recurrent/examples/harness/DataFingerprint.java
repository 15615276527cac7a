package dev.recurrent.examples.harness;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import picocli.CommandLine.ParseResult;

/** Computes what tells whether the files of a run are still the same. */
final class DataFingerprint {
  private DataFingerprint() {}

  /** Returns the SHA-256 of all files that decide the bits of a run, or {@code sample} for none. */
  static String of(ParseResult parsed) throws IOException {
    var places = GivenOptions.files(parsed);
    if (places.isEmpty()) {
      return "sample";
    }
    try (var sink = new DigestOutputStream(OutputStream.nullOutputStream(), sha256())) {
      for (var place : places) {
        for (var file : files(place)) {
          try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(sink);
          }
        }
      }
      return HexFormat.of().formatHex(sink.getMessageDigest().digest());
    }
  }

  private static Iterable<Path> files(Path place) throws IOException {
    try (var found = Files.walk(place)) {
      return found.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
