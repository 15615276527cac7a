/**
 * Runs the tasks of the command line: reads the data, trains in a folder, scores on data held out,
 * predicts. A task itself is one file in {@code dev.recurrent.examples.tasks}. Read {@link
 * dev.recurrent.examples.harness.Task}, {@link dev.recurrent.examples.harness.TrainableModel} and
 * {@link dev.recurrent.examples.harness.TaskRun} first.
 */
@NullMarked
package dev.recurrent.examples.harness;

import org.jspecify.annotations.NullMarked;
