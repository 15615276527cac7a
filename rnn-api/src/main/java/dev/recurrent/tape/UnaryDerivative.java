package dev.recurrent.tape;

import dev.recurrent.cell.UnaryOp;
import dev.recurrent.spi.Matrix;
import dev.recurrent.spi.PointwiseProgram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * The program that turns dy into dx for y = f(x), made of what {@link UnaryOp#gradient} says.
 *
 * @param program its inputs are dy, and then those of x and y that it reads, in the order of {@code
 *     reads}
 */
record UnaryDerivative(PointwiseProgram program, List<Read> reads) {
  /** What a program may read beside dy. */
  enum Read {
    ARGUMENT,
    VALUE
  }

  UnaryDerivative {
    reads = List.copyOf(reads);
  }

  static UnaryDerivative of(UnaryOp function) {
    var p = new PointwiseProgram.Builder("d" + function);
    var read = new LinkedHashMap<Read, Integer>(); // inputs, added when they are asked for
    int dy = p.input();
    int dx =
        function.gradient(
            p,
            dy,
            () -> read.computeIfAbsent(Read.ARGUMENT, _ -> p.input()),
            () -> read.computeIfAbsent(Read.VALUE, _ -> p.input()));
    return new UnaryDerivative(p.output(dx).build(), List.copyOf(read.keySet()));
  }

  /** Returns the inputs of the program. */
  List<Matrix> inputs(Matrix dy, Matrix x, Matrix y) {
    var inputs = new ArrayList<>(List.of(dy));
    reads.forEach(read -> inputs.add(read == Read.ARGUMENT ? x : y));
    return inputs;
  }
}
