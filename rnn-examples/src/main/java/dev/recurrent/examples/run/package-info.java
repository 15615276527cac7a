/**
 * Holds what the commands share: the choice of a backend, how training is shown and stopped, and
 * the files of a run. Read {@link dev.recurrent.examples.run.BackendChoice}, {@link
 * dev.recurrent.examples.run.TrainingProgress} and {@link dev.recurrent.examples.run.LossCurve}
 * first.
 */
@NullMarked
package dev.recurrent.examples.run;

import org.jspecify.annotations.NullMarked;
