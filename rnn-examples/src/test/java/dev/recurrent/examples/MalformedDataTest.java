package dev.recurrent.examples;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trains on a user's own file that has a fault, task by task. */
class MalformedDataTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          sentiment;         d.csv;       'label,text\\ngood,fine\\nbad,"dull"s';        d.csv:3:5: expected a quoted field
          sentiment;         d.tsv;       'label\\ttext\\ngood\\tfine\\nbad';           d.tsv:3:1: expected 2 fields
          sentiment;         d/bad/1.txt; 'a\\nb\\377';                               d/bad/1.txt:2:2: expected UTF-8
          classify;          d/Zulu.txt;  'Nandi\\nNan\\377';                         d/Zulu.txt:2:4: expected UTF-8
          tags;              d.conllu;    '# a comment\\n1\\tthe';                    d.conllu:2:1: expected 10 fields
          tags;              d.conllu;    '1\\t\\t_\\tDET\\t_\\t_\\t_\\t_\\t_\\t_'; d.conllu:1:3: expected a word
          tags;              d.txt;       'a b\\nc d';                               d.txt:1:1: expected 10 fields
          sentiment;         d.csv;       'stars,text\\n5,fine\\n1,dull';            d.csv: expected one of the columns "stars", "text", got "label"
          sentiment;         d.txt;       'fine\\ndull';                             d.txt: expected a folder of classes
          classify;          d.txt;       'Nandi\\nLe';                              d.txt: expected a folder, got a file
          sentences;         d.txt;       'a#0\\tone\\na#1\\ttwo\\tthree';            d.txt:2:8: expected KEY TAB text
          sentences;         d.txt;       'one\\ntw\\377';                            d.txt:2:3: expected UTF-8
          digits;            d;           '\\0\\0\\b\\3';                             d: expected 3 dimensions
          caption --names a; d;           'GIF89a';                                  d: expected an IDX file of bytes
          """)
  void faultIsNamedByFileLineAndColumn(String task, String name, String content, String message)
      throws IOException {
    var file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content.translateEscapes().getBytes(ISO_8859_1));
    var data = folder.resolve(name.replaceAll("/.*", ""));
    var run =
        CommandLineRun.ofLine("train " + task + " --data " + data + " --out " + folder + "/r");
    assertEquals(1, run.status(), run.toString());
    assertTrue(run.err().contains(folder + "/" + message), run.err());
  }
}
