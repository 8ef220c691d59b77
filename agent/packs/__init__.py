"""From the text of a school's configuration to the values of the core, with every problem found on the way.

    bytes ──► nodes     YAML as scalars, lists and tables, each knowing its line and column
          ──► shapes    what a value must look like; the same shapes give the JSON Schemas
              tables
          ──► site, bells, year, catalogue, policy, policy_tests, clauses     core values, references checked
          ──► policy_runs  the policy tests, asked of the engine
              lint, lost   what is doubtful, what is lost where nothing is opened
              reading      the policy in plain words

Nothing here reads a file or a clock. What is not understood is a Problem, never an exception.
"""
