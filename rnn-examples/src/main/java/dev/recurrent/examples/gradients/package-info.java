/**
 * Shows how the gradient goes back through untrained layers.
 *
 * <p>Read {@link dev.recurrent.examples.gradients.UntrainedLayer} first (what is measured), then
 * {@link dev.recurrent.examples.gradients.GradientPicture}.
 */
@NullMarked
package dev.recurrent.examples.gradients;

import org.jspecify.annotations.NullMarked;
