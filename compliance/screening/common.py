"""Names so common that they tell little, though the lists have few of them."""

_GIVEN = """
    james robert john michael david william richard joseph thomas christopher charles daniel matthew
    anthony mark donald steven andrew paul joshua kenneth kevin brian timothy ronald george edward jason
    jeffrey ryan jacob nicholas gary eric jonathan stephen larry justin scott brandon benjamin samuel
    frank gregory raymond alexander patrick jack dennis jerry mary patricia jennifer linda elizabeth
    barbara susan jessica sarah karen lisa nancy betty sandra margaret ashley kimberly emily donna
    michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia dorothy amy kathleen
    angela shirley emma brenda pamela nicole anna samantha katherine christine helen debra rachel
    carolyn janet maria olivia jose juan luis carlos jorge antonio manuel francisco pedro miguel ana
    rosa mohammed muhammad ahmed ali hassan omar ibrahim fatima wei li ming chen
"""
_SURNAMES = """
    smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez
    wilson anderson thomas taylor moore jackson martin lee perez thompson white harris sanchez clark
    ramirez lewis robinson walker young allen king wright scott torres nguyen hill flores green adams
    nelson baker hall rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker
    cruz edwards collins reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper
    peterson bailey reed kelly howard ramos kim cox ward richardson watson brooks chavez wood james
    bennett gray mendoza ruiz hughes price alvarez castillo sanders patel myers long ross foster jimenez
    khan singh wang chen liu yang huang ahmed ali hussain
"""
COMMON_GIVEN_NAMES, COMMON_SURNAMES = tuple(_GIVEN.split()), tuple(_SURNAMES.split())
