/**
 * Holds one example for each shape of sequence task, each a file that reads from top to bottom:
 * data, model, training, evaluation. Read {@link dev.recurrent.examples.tasks.Classify} first.
 */
@NullMarked
package dev.recurrent.examples.tasks;

import org.jspecify.annotations.NullMarked;
