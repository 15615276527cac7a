/**
 * Times a recurrent layer on a backend.
 *
 * <p>Read {@link dev.recurrent.examples.bench.RecurrentWork} first (what one call does), then
 * {@link dev.recurrent.examples.bench.Stopwatch}.
 */
@NullMarked
package dev.recurrent.examples.bench;

import org.jspecify.annotations.NullMarked;
