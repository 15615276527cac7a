/**
 * Makes the small data of {@code --quick}: from a seed, with a rule in them that a model can find,
 * and no more like the world than that needs. Read {@link dev.recurrent.examples.made.MadeNames}
 * first.
 */
@NullMarked
package dev.recurrent.examples.made;

import org.jspecify.annotations.NullMarked;
