package dev.recurrent.data;

/**
 * A sentence and its translation.
 *
 * @param source the sentence to translate
 * @param target the translation
 */
public record SentencePair(String source, String target) {}
