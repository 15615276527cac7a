/**
 * Shows how far back trained cells look for the word that tells the next one.
 *
 * <p>Read {@link dev.recurrent.examples.context.ContextGrammar} first (what is read), then {@link
 * dev.recurrent.examples.context.ContextTraining} (what is measured) and {@link
 * dev.recurrent.examples.context.WordModel}.
 */
@NullMarked
package dev.recurrent.examples.context;

import org.jspecify.annotations.NullMarked;
