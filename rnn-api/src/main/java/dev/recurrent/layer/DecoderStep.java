package dev.recurrent.layer;

import dev.recurrent.tape.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Holds what one step of a decoder gave.
 *
 * <p>Belongs to the pass of a tape, and so to its thread.
 *
 * @param output a row for each row of the state, {@code [R, outputSize]}
 * @param next the state for the next step
 * @param weights the attention, or null without one
 */
public record DecoderStep(Tensor output, DecoderState next, @Nullable AttentionWeights weights) {}
