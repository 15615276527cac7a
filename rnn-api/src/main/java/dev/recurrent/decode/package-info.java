/**
 * Writes sequences with a trained model: the best ones, or random ones.
 *
 * <p>Read {@link dev.recurrent.decode.StepModel} first (what is decoded: anything that takes a step
 * and gives logits), then {@link dev.recurrent.decode.BeamSearch} (the most probable sequences;
 * greedy with a width of 1) and {@link dev.recurrent.decode.Sampling}.
 */
@NullMarked
package dev.recurrent.decode;

import org.jspecify.annotations.NullMarked;
