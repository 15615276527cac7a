/**
 * Scores predictions on data that nobody trained on, with an interval that says how far a score may
 * be chance: {@link dev.recurrent.score.Statistics} turns one example into numbers, a {@link
 * dev.recurrent.score.Measure} turns those of all examples into a score, and {@link
 * dev.recurrent.score.Bootstrap} draws the examples again. The same measures validate in training.
 */
@NullMarked
package dev.recurrent.score;

import org.jspecify.annotations.NullMarked;
