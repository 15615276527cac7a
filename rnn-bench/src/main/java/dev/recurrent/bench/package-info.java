/**
 * JMH benchmarks of one backend, and {@link dev.recurrent.bench.Compare}, which runs other
 * libraries beside it. {@code docs/benchmarks.md} says how to run both and how to read them.
 *
 * <pre>{@code
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
 *     -jar rnn-bench/target/rnn-bench.jar [-l] [-f 3] [regular expression of benchmark names]
 * }</pre>
 *
 * <p>The flags reach the forks of JMH, too. A number is worth something only beside another one of
 * the same run: a ratio, never a time from another day.
 */
@NullMarked
package dev.recurrent.bench;

import org.jspecify.annotations.NullMarked;
