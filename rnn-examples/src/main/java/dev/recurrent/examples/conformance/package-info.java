/**
 * Runs conformance cases: files with inputs and the numbers that another implementation computed
 * from them.
 *
 * <p>Read {@link dev.recurrent.examples.conformance.Conformance} first (runs one file, gives a
 * verdict), then {@link dev.recurrent.examples.conformance.RecurrentCase}.
 */
@NullMarked
package dev.recurrent.examples.conformance;

import org.jspecify.annotations.NullMarked;
