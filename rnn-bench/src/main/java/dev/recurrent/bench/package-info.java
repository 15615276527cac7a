/** JMH benchmarks. */
@NullMarked
package dev.recurrent.bench;

import org.jspecify.annotations.NullMarked;
