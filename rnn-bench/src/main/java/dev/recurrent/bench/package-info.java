/**
 * JMH benchmarks.
 *
 * <p>To run them, from the root of the repository, with a JDK 25 or newer as {@code java}:
 *
 * <pre>{@code
 * mvn -q -DskipTests -pl rnn-bench -am package
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
 *     -jar rnn-bench/target/rnn-bench.jar [-l] [-f 3] [regular expression of benchmark names]
 * }</pre>
 *
 * <p>The flags reach the forks of JMH, too. {@code -l} lists the benchmarks, {@code -h} the
 * options.
 *
 * <p>A number is worth something only beside another one of the same run: a ratio, never a time
 * from another day.
 */
@NullMarked
package dev.recurrent.bench;

import org.jspecify.annotations.NullMarked;
