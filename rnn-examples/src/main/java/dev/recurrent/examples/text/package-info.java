/**
 * Texts and what turns them into tokens: characters, words or byte pairs. Read {@link
 * dev.recurrent.examples.text.TextCode} first, which {@link
 * dev.recurrent.examples.tasks.LanguageModel} trains on.
 */
@NullMarked
package dev.recurrent.examples.text;

import org.jspecify.annotations.NullMarked;
