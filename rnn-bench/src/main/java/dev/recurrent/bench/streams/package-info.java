/**
 * Measures how many streams a server answers, step by step, with one model and several threads.
 *
 * <p>Read {@link dev.recurrent.bench.streams.Server} (a library that serves a model), then {@link
 * dev.recurrent.bench.streams.StreamsRun} (what is timed) and {@link
 * dev.recurrent.bench.streams.StreamsReport}.
 */
@NullMarked
package dev.recurrent.bench.streams;

import org.jspecify.annotations.NullMarked;
