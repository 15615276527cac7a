/**
 * A language model of characters or words: its text, its model, its training run, and writing with
 * it.
 *
 * <p>Read {@link dev.recurrent.examples.text.TokenModel} first (layers and forward pass), then
 * {@link dev.recurrent.examples.text.TextTraining} (one run from text to model) and {@link
 * dev.recurrent.examples.text.Sampler}.
 */
@NullMarked
package dev.recurrent.examples.text;

import org.jspecify.annotations.NullMarked;
