package dev.recurrent.train;

import dev.recurrent.layer.Layer;
import dev.recurrent.tape.Parameter;
import dev.recurrent.tape.ParameterStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Decides which parameters of a layer are updated, and how: those of no group by the optimizer as
 * it is, those of a group as that says, frozen ones not at all.
 */
final class Grouping {
  private final Layer layer;
  private final Set<Parameter> parameters; // of the layer
  private final List<ParameterGroup> groups = new ArrayList<>();
  private final Map<Parameter, ParameterGroup> groupOf = new HashMap<>();
  private final Set<Parameter> frozen = new LinkedHashSet<>();
  private boolean decayOnlyMatrices;

  Grouping(Layer layer) {
    this.layer = layer;
    parameters = new LinkedHashSet<>(layer.parameters());
  }

  /**
   * Adds a group.
   *
   * @throws IllegalArgumentException if a parameter is none of the layer, or in a group already
   */
  void add(ParameterGroup group) {
    requireOwn("parameter group", group.parameters());
    for (var parameter : group.parameters()) {
      if (groupOf.containsKey(parameter)) {
        throw new IllegalArgumentException(
            "parameter group: expected groups that do not overlap, got "
                + parameter.name()
                + " in two");
      }
    }
    groups.add(group);
    group.parameters().forEach(parameter -> groupOf.put(parameter, group));
    if (group.isFrozen()) {
      frozen.addAll(group.parameters());
    }
  }

  /** Keeps parameters as they are, of whatever group. */
  void freeze(List<Parameter> some) {
    requireOwn("freeze", some);
    frozen.addAll(some);
  }

  void decayOnlyMatrices() {
    decayOnlyMatrices = true;
  }

  /** Tells whether there is nothing to train. */
  boolean isAllFrozen() {
    return !frozen.isEmpty() && frozen.containsAll(parameters);
  }

  /** Returns the names of the frozen parameters. */
  List<String> frozen() {
    return frozen.stream().map(Parameter::name).sorted().toList();
  }

  /** Returns where the parameters lie that are updated. */
  List<ParameterStore.Range> trained() {
    return ranges(_ -> true);
  }

  /** Returns which optimizer updates which parameters. */
  List<Updater.Part> parts(Optimizer optimizer) {
    var parts = new ArrayList<Updater.Part>();
    addParts(parts, optimizer, null);
    groups.forEach(group -> addParts(parts, optimizer, group));
    // The first part decides on the moments, even where every parameter is in a group.
    parts.subList(1, parts.size()).removeIf(part -> part.ranges().isEmpty());
    return List.copyOf(parts);
  }

  private void addParts(
      List<Updater.Part> parts, Optimizer optimizer, @Nullable ParameterGroup group) {
    Predicate<Parameter> members = parameter -> groupOf.get(parameter) == group;
    var rate = group == null ? null : group.learningRate();
    var decay = group == null ? null : group.weightDecay();
    var its = decay == null ? optimizer : optimizer.withWeightDecay(decay);
    if (!decayOnlyMatrices || decay != null) {
      parts.add(new Updater.Part(its, rate, ranges(members)));
    } else {
      parts.add(new Updater.Part(its, rate, ranges(members.and(p -> !p.isVector()))));
      var without = its.withoutWeightDecay();
      parts.add(new Updater.Part(without, rate, ranges(members.and(Parameter::isVector))));
    }
  }

  private List<ParameterStore.Range> ranges(Predicate<Parameter> chosen) {
    return layer
        .store()
        .ranges(p -> parameters.contains(p) && !frozen.contains(p) && chosen.test(p));
  }

  /** Describes the groups, so that a run is resumed with the same ones. */
  @Override
  public String toString() {
    return groups + (decayOnlyMatrices ? ", decay of matrices only" : "");
  }

  private void requireOwn(String what, List<Parameter> some) {
    for (var parameter : some) {
      if (!parameters.contains(parameter)) {
        throw new IllegalArgumentException(
            what
                + ": expected parameters of "
                + (layer.path().isEmpty() ? layer.getClass().getSimpleName() : layer.path())
                + ", got "
                + parameter
                + " of another model or layer");
      }
    }
  }
}
