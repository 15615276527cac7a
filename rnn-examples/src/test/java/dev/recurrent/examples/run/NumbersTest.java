package dev.recurrent.examples.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource({"7, 0", "1 2 3, 2", "3 2 1, 0", "-3 -1 -2, 1", "1 2 2 0, 1"})
  void largestIsTheFirstOfEqualOnes(String values, int index) {
    var numbers = values.split(" ", -1);
    assertEquals(index, Numbers.largest(numbers.length, i -> Double.parseDouble(numbers[i])));
  }
}
