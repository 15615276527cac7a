package dev.recurrent.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ComparisonTest {
  @Test
  void anOutputThatIsNoNumberDiffersWhereverItStands() {
    assertEquals(0.5, Comparison.distance(numbers(1, 2, 4), numbers(1, 2.5, 4)));
    assertEquals(Double.POSITIVE_INFINITY, Comparison.distance(numbers(1), numbers(1, 2)));
    assertEquals(Double.NaN, Comparison.distance(numbers(1, 2), numbers(Double.NaN, 2)));
    assertEquals(Double.NaN, Comparison.distance(numbers(1, 2), numbers(1, Double.NaN)));
  }

  private static JsonNode numbers(double... values) {
    return JsonMapper.shared().valueToTree(values);
  }
}
