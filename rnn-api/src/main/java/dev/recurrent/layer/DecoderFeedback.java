package dev.recurrent.layer;

/**
 * Lets a decoder in training read its own words now and then (scheduled sampling, Bengio et al.
 * 2015): each step of each sequence reads the target's token with the probability {@code
 * teacherForcing}, otherwise the token that the step before gave the largest logit. A schedule
 * lowers the probability from update to update.
 *
 * @param vocabulary how tokens enter and leave
 * @param teacherForcing a probability; 1 is teacher forcing throughout, 0 is free running
 */
public record DecoderFeedback(DecoderVocabulary vocabulary, double teacherForcing) {
  public DecoderFeedback {
    if (!(teacherForcing >= 0 && teacherForcing <= 1)) {
      throw new IllegalArgumentException(
          "teacherForcing: expected a probability in [0, 1], got " + teacherForcing);
    }
  }
}
