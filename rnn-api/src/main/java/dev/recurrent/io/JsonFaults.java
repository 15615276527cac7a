package dev.recurrent.io;

import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/** Says what is wrong with a JSON text, without the parser's advice for its callers. */
public final class JsonFaults {
  private static final Pattern CHARACTER =
      Pattern.compile("Unexpected character \\(('.+?') .*", Pattern.DOTALL);
  private static final Pattern TOKEN =
      Pattern.compile("(?:Unrecognized|Non-standard) token '(.*?)'.*", Pattern.DOTALL);

  private JsonFaults() {}

  /** Returns what the parser found, to stand behind {@code got}. */
  public static String describe(JacksonException refused) {
    var message = String.valueOf(refused.getOriginalMessage());
    if (refused instanceof StreamConstraintsException) {
      return message.contains("nesting")
          ? "values nested too deeply"
          : message.contains("Number") ? "a number of too many digits" : "a text that is too long";
    }
    if (refused instanceof UnexpectedEndOfInputException || message.contains("end-of-input")) {
      return "the end of the text within a value";
    }
    if (message.contains("numeric value")) {
      return "a malformed number";
    }
    var character = CHARACTER.matcher(message);
    if (character.matches()) {
      return "the unexpected character " + Quoted.oneLine(character.group(1));
    }
    var token = TOKEN.matcher(message);
    if (token.matches()) {
      return "the unknown word " + Quoted.quote(token.group(1));
    }
    return byPart(message);
  }

  private static String byPart(String message) {
    if (message.startsWith("Illegal character (")) {
      return "an unexpected control character";
    }
    if (message.contains("uplicate")) {
      return "a name twice in one object";
    }
    if (message.contains("close marker")) {
      return "a closing bracket of the wrong kind";
    }
    if (message.contains("unquoted character")) {
      return "a control character within a text";
    }
    if (message.contains("urrogate")) {
      return "a text with half of a surrogate pair";
    }
    if (message.contains("escape")) {
      return "an unknown escape within a text";
    }
    if (message.contains("number") || message.contains("Leading zero")) {
      return "a malformed number";
    }
    return "other text";
  }
}
