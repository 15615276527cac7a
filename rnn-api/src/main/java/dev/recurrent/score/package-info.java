/**
 * Scores predictions on data that nobody trained on, with an interval that says how far a score may
 * be chance. A score is a function of sums over examples, so that one bootstrap serves them all:
 * {@link dev.recurrent.score.Statistics} turns one example into numbers, a {@link
 * dev.recurrent.score.Measure} turns their sums into a score, and {@link
 * dev.recurrent.score.Bootstrap} draws the examples again.
 */
@NullMarked
package dev.recurrent.score;

import org.jspecify.annotations.NullMarked;
