package dev.recurrent.examples.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.recurrent.decode.BeamSearch;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DecoderOptionsTest {
  private static BeamSearch search(String... arguments) {
    return CommandLine.populateCommand(new DecoderOptions(), arguments).search(2, 9);
  }

  @Test
  void searchHasTheWidthAndTheLengthPenaltyThatAreGiven() {
    var given = search("--beam", "7", "--length-penalty", "0.25");
    assertEquals(BeamSearch.width(7).lengthPenalty(0.25).maximumLength(9).endToken(2), given);
    var usual = BeamSearch.width(4).lengthPenalty(0.6).maximumLength(9).endToken(2);
    assertEquals(usual, search());
  }
}
