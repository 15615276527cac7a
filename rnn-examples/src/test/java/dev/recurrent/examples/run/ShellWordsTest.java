package dev.recurrent.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"runs/text-1", "my run", "it's", "$HOME", "a\nb", "*", "", "~/x", "ä ö", "a;b"})
  void shellReadsBackWhatWasQuoted(String word) throws IOException {
    var process = new ProcessBuilder("sh", "-c", "printf %s " + ShellWords.quote(word)).start();
    assertEquals(
        word,
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
  }

  @Test
  void plainPathStaysAsItIs() {
    assertEquals("runs/text-1", ShellWords.quote("runs/text-1"));
    assertEquals("'my run'", ShellWords.quote("my run"));
  }
}
