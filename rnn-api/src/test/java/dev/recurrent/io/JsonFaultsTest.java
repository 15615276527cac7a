package dev.recurrent.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;

class JsonFaultsTest {
  @Test
  void eachFaultIsNamedInOurWords() {
    assertFault("{\"a\":", "the end of the text within a value");
    assertFault("{\"a", "the end of the text within a value");
    assertFault("[1, 2", "the end of the text within a value");
    assertFault("{a:1}", "the unexpected character 'a'");
    assertFault("[1 2]", "the unexpected character '2'");
    assertFault("[\u0001]", "an unexpected control character");
    assertFault("[nul]", "the unknown word \"nul\"");
    assertFault("[1}", "a closing bracket of the wrong kind");
    assertFault("[\"a\tb\"]", "a control character within a text");
    assertFault("[\"\\q\"]", "an unknown escape within a text");
    assertFault("[01]", "a malformed number");
    assertFault("[1.]", "a malformed number");
    assertFault("[NaN]", "the unknown word \"NaN\"");
    assertFault("{\"a\":1,\"a\":2}", "a name twice in one object");
    assertFault("[".repeat(10_000), "values nested too deeply");
    assertFault("[" + "9".repeat(10_000) + "]", "a number of too many digits");
  }

  private static void assertFault(String json, String fault) {
    var factory = JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION);
    try (var parser = factory.build().createParser(ObjectReadContext.empty(), json)) {
      var refused =
          assertThrows(
              JacksonException.class,
              () -> {
                while (parser.nextToken() != null) {
                  if (parser.currentToken().isNumeric()) {
                    parser.getDoubleValue();
                  }
                }
              });
      assertEquals(fault, JsonFaults.describe(refused), refused::getMessage);
    }
  }
}
