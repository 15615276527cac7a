/**
 * Layers and models.
 *
 * <p>Read {@link dev.recurrent.layer.Model} first (a plain class whose fields are layers), then
 * {@link dev.recurrent.layer.Recurrent} (any cell over sequences) and {@link
 * dev.recurrent.layer.Stepper} (one step at a time, as in the textbooks).
 */
@NullMarked
package dev.recurrent.layer;

import org.jspecify.annotations.NullMarked;
