"""Which type each household is of, by plain rules on the ages of its members.

Takes ``living`` (who is alive and lives here) and the current ``household_member``, gives ``household_type``: a row a
household with its type and its members. The rules, in order:

    not known                       nobody of it is counted, or the age of a member is not known, or it has no adult
    one pensioner alone             one member, of 66 or over
    one adult alone                 one member, of 18 to 65
    one adult with children         one adult, and somebody under 18
    two adults with children        two adults, and somebody under 18
    several adults with children    three adults or more, and somebody under 18
    two adults, couple-like         two adults, fewer than 15 years apart: a couple, mostly; it may be two friends
    other adults                    two adults further apart in age, or three adults or more

What two people are to each other is not looked at: the rule says what their ages say, and no more.
"""

#: How many years apart two adults may be to be taken for couple-like, and from which age somebody is a pensioner.
APART, PENSION_AGE, ADULT = 15, 66, 18

TYPES = (
    "one pensioner alone",
    "one adult alone",
    "two adults, couple-like",
    "other adults",
    "one adult with children",
    "two adults with children",
    "several adults with children",
    "not known",
)
#: Types with a fixed number of members, all of whom are counted: so many residents for each household.
FIXED = {"one pensioner alone": 1, "one adult alone": 1, "two adults, couple-like": 2}
#: The ages that members of these can be of, by the rules.
FIXED_AGES = {
    "one pensioner alone": (PENSION_AGE, 130),
    "one adult alone": (ADULT, PENSION_AGE - 1),
    "two adults, couple-like": (ADULT, 130),
}

HOUSEHOLD_TYPE = """
CREATE OR REPLACE TEMP TABLE household_type AS
WITH member_of AS (
    SELECT h.household_id, l.resident, l.age
    FROM household_member h JOIN person p USING (resident_id) JOIN living l ON l.resident = p.resident
    WHERE h.is_current
    QUALIFY row_number() OVER (PARTITION BY l.resident ORDER BY h.household_id) = 1
),
whole AS (
    SELECT household_id, count(*) AS members, bool_or(age IS NULL) AS unknown,
           count(*) FILTER (age >= $adult) AS adults, count(*) FILTER (age < $adult) AS children,
           max(age) - min(age) AS apart, max(age) AS oldest
    FROM member_of GROUP BY household_id
),
typed AS (
    SELECT household_id, CASE
        WHEN unknown OR adults = 0 THEN 'not known'
        WHEN members = 1 AND oldest >= $pension_age THEN 'one pensioner alone'
        WHEN members = 1 THEN 'one adult alone'
        WHEN children > 0 AND adults = 1 THEN 'one adult with children'
        WHEN children > 0 AND adults = 2 THEN 'two adults with children'
        WHEN children > 0 THEN 'several adults with children'
        WHEN adults = 2 AND apart < $apart THEN 'two adults, couple-like'
        ELSE 'other adults' END AS type
    FROM whole
)
SELECT m.household_id, m.resident, t.type FROM member_of m JOIN typed t USING (household_id)
"""
PARAMETERS = {"adult": ADULT, "pension_age": PENSION_AGE, "apart": APART}
