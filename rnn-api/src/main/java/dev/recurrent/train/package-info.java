/**
 * Losses, optimizers, truncated back-propagation through time, and whole training runs.
 *
 * <p>Read {@link dev.recurrent.train.Training} first (a run that can be stopped and resumed), then
 * {@link dev.recurrent.train.Losses} and {@link dev.recurrent.train.Optimizer} (an optimizer is its
 * equations, as a cell is).
 */
@NullMarked
package dev.recurrent.train;

import org.jspecify.annotations.NullMarked;
